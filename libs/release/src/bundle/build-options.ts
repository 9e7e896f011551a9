import type { BuildOptions } from 'esbuild';

/** What the bundles of the applications and of the command line have in common: small, for the pinned Node, names kept. */
export const buildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node26',
  minifyWhitespace: true,
  minifySyntax: true,
  // The shipped map holds positions and names; the sources themselves stay in the repository.
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;
