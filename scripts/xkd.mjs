import { requireNode } from './setup/node-version.mjs';

requireNode();
import('./commands/xkd.mjs');
