// Runs a bundle as a tenant process does, and keeps what V8 compiled meanwhile: `node warm.cjs <folder> <app>`.
import fs = require('node:fs');
import path = require('node:path');

import launcher = require('./launcher.cjs');

const [, , folder = '', app = ''] = process.argv;
const bundle = launcher.loadBundle(folder, app);

// At the end, when all that a start needs has been compiled: V8 leaves out what has not been called.
process.once('exit', () => {
  fs.mkdirSync(path.dirname(bundle.cacheFile), { recursive: true });
  fs.writeFileSync(bundle.cacheFile, bundle.script.createCachedData());
});
bundle.run();
