import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleApplication } from '../bundle/bundle-application.js';
import { warmBundle } from '../bundle/warm-bundle.js';
import { memoryFlags } from '../tenant-command.js';

/** `node …/bundle-web.js CHECKOUT`: bundles its web application, and not the command line, into `dist/bundle`. */
const [checkout = ''] = process.argv.slice(2);
const folder = join(checkout, 'dist', 'bundle');
const launcher = fileURLToPath(new URL('../bundle/launcher.cjs', import.meta.url));

await bundleApplication({ checkout, app: 'web', outFile: join(folder, 'web.app.cjs') });
await copyFile(launcher, join(folder, 'web.cjs'));
await warmBundle({ folder, app: 'web', node: process.execPath, flags: memoryFlags(undefined) });
