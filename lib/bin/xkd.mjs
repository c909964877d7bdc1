#!/usr/bin/env node
// `npx xkd`: npm links the programs of the packages that the project depends on, of which lib is one.
import '../../scripts/xkd.mjs';
