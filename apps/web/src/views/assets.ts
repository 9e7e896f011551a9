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
  /** Its name has a hash of its content, so that it never means anything else. */
  readonly isNamedByContent: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
};

/** `site.3f0c….css`, as a built release names what is `site.css` in a checkout. */
const hashedName = /^(.+)\.[0-9a-f]{16}(\.\w+)$/;

/** The release's own stylesheets, scripts and icons: a few small files, read when first asked for and kept. */
@Injectable()
export class Assets {
  readonly #names: ReadonlySet<string>;
  /** What templates call a file whose name has a hash. */
  readonly #hashed: ReadonlyMap<string, string>;
  readonly #loaded = new Map<string, Asset>();

  constructor(private readonly paths: AppPaths) {
    const files = readdirSync(paths.assetsDir, { withFileTypes: true });
    this.#names = new Set(files.filter((file) => file.isFile()).map((file) => file.name));
    const hashed = [...this.#names].filter((name) => hashedName.test(name));
    this.#hashed = new Map(hashed.map((name) => [name.replace(hashedName, '$1$2'), name]));
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
    const hashed = this.#hashed.get(name);
    if (hashed !== undefined) return `/_assets/${hashed}`;
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
    ...{ content, type, hash: contentHash(content), isNamedByContent: hashedName.test(file) },
    gzipped: () => (compressed ??= isText ? gzipSync(content, { level: 9 }) : undefined),
  };
}
