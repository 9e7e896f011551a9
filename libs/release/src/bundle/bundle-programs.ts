import { join } from 'node:path';

/** Modules of ours that run as programs of their own, and so are no part of another's bundle. */
const programs = ['libs/processes/src/guardian/guardian-process.js'] as const;

/** Writes each to the place below `dist/` where whoever starts it expects it. */
export async function bundlePrograms({
  checkout,
  release,
}: {
  readonly checkout: string;
  readonly release: string;
}): Promise<void> {
  const esbuild = await import('esbuild');
  for (const program of programs) {
    await esbuild.build({
      entryPoints: [join(checkout, 'dist', program)],
      outfile: join(release, 'dist', program),
      absWorkingDir: checkout,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node26',
      legalComments: 'none',
      logLevel: 'silent',
    });
  }
}
