import { requireNode } from './setup/node-version.mjs';

requireNode();
import('./commands/test-node.mjs');
