import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { AppPaths } from '#libs/runtime';
import { contentHash } from './theme.js';

export interface Asset {
  readonly content: Buffer;
  /** Only for text, which gains from it; made when first asked for. */
  gzipped(): Buffer | undefined;
  readonly type: string;
  readonly hash: string;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
};

/** The release's own stylesheets, scripts and icons: a few small files, read when first asked for and kept. */
@Injectable()
export class Assets {
  readonly #names: ReadonlySet<string>;
  readonly #loaded = new Map<string, Asset>();

  constructor(private readonly paths: AppPaths) {
    const files = readdirSync(paths.assetsDir, { withFileTypes: true });
    this.#names = new Set(files.filter((file) => file.isFile()).map((file) => file.name));
  }

  /** `undefined` for anything but a file of the assets folder itself, so that no name leads out of it. */
  find(name: string): Asset | undefined {
    if (!this.#names.has(name)) return undefined;
    const asset = this.#loaded.get(name) ?? loadAsset(join(this.paths.assetsDir, name));
    this.#loaded.set(name, asset);
    return asset;
  }

  /** With the content's hash, so that it may be cached for ever. */
  url(name: string): string {
    const asset = this.find(name);
    return asset === undefined ? `/_assets/${name}` : `/_assets/${name}?v=${asset.hash}`;
  }
}

function loadAsset(file: string): Asset {
  const content = readFileSync(file);
  const type = types[extname(file)] ?? 'application/octet-stream';
  const isText = type !== 'image/png';
  let compressed: Buffer | undefined;
  return {
    ...{ content, type, hash: contentHash(content) },
    gzipped: () => (compressed ??= isText ? gzipSync(content, { level: 9 }) : undefined),
  };
}
