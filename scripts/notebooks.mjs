import { requireNode } from './setup/node-version.mjs';

requireNode();
import('./commands/notebooks.mjs');
