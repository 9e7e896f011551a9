import { Readable } from 'node:stream';

import { MediaStorage, QuotaExceeded } from '#libs/media';

/**
 * `node upload-process.js <root> <quota> <size> <count>`: uploads that many files at once and prints how many were
 * kept. Each sends its last bytes only when all have sent the first: then every process has looked at the quota.
 */
const [, , root = '', quota, size, count] = process.argv;
const storage = new MediaStorage({ root, quotaBytes: Number(quota), uploadLimitBytes: Number(quota) });

async function* pieces(): AsyncGenerator<Buffer> {
  const half = Number(size) / 2;
  yield Buffer.alloc(half, 'x');
  await new Promise((resolve) => setTimeout(resolve, 300));
  yield Buffer.alloc(half, 'x');
}

async function upload(): Promise<number> {
  try {
    await storage.save('part.bin', Readable.from(pieces()));
    return 1;
  } catch (error) {
    if (error instanceof QuotaExceeded) return 0;
    throw error;
  }
}

// The test says when, so that the processes begin together.
await new Promise((resolve) => process.stdin.once('data', resolve));
const kept = await Promise.all(Array.from({ length: Number(count) }, upload));
process.stdout.write(String(kept.reduce((sum, one) => sum + one, 0)));
process.exit(0);
