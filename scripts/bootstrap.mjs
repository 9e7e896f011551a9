#!/usr/bin/env node
// The way from a fresh clone to a running task: `node scripts/bootstrap.mjs <task> [arguments]`.
// It runs on the host's Node with nothing installed, so it may use Node's own modules only, and no syntax newer than Node 20.
const oldestNode = 20;

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  console.error(
    `setup: Node ${oldestNode} or newer is needed to begin, found ${process.versions.node} (${process.execPath}). ` +
      'Install a newer one (https://nodejs.org/en/download) and run the same command again.',
  );
  process.exit(1);
}

// Not a static import: those are loaded before the check above could speak.
void import('./bootstrap/main.mjs').then(({ main }) => main(process.argv.slice(2)));
