import { requireNode } from './setup/node-version.mjs';

requireNode();
import('./commands/doctor.mjs');
