import { requireNode } from './setup/node-version.mjs';

requireNode();
import('./commands/site.mjs');
