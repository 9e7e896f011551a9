import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleApplication } from '../bundle/bundle-application.js';
import { bundleModules } from '../bundle/bundle-modules.js';
import { description } from '../bundle/bundle-operator.js';
import { warmBundle } from '../bundle/warm-bundle.js';
import { memoryFlags } from '../tenant-command.js';

/**
 * `node …/bundle-web.js CHECKOUT`: bundles its web application into `dist/bundle`, and what it says about itself into
 * one file of `operator/` there; not the command line.
 */
const [checkout = ''] = process.argv.slice(2);
const folder = join(checkout, 'dist', 'bundle');
const launcher = fileURLToPath(new URL('../bundle/launcher.cjs', import.meta.url));

await bundleApplication({ checkout, app: 'web', outFile: join(folder, 'web.app.cjs') });
await copyFile(launcher, join(folder, 'web.cjs'));
await warmBundle({ folder, app: 'web', node: process.execPath, flags: memoryFlags(undefined) });
await bundleModules({
  ...{ checkout, outDir: join(folder, 'operator'), isSplit: false },
  entryPoints: [description(join(checkout, 'dist'), 'web')],
});
