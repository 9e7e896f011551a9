import { block, quoted } from '../edge/config-text.js';
import { type EdgeSite, hashedAsset } from '../edge/edge-site.js';
import { assetTypes, foreverCaching, mediaCaching, mediaTypes } from '../edge/media-types.js';
import { toProcess } from './proxy-lines.js';

/**
 * A name that carries a hash never changes its content, so that it comes straight from the release. What is not there
 * (any more, or yet: a roll takes its time) the process answers, from the release that it runs.
 */
export function assetLocation({ assetsDir }: EdgeSite): string[] {
  return block(`location ~ "^/_assets/(?<tenantry_asset>${hashedAsset})$"`, [
    `root ${quoted(assetsDir)};`,
    'try_files /$tenantry_asset @process;',
    typesLine(assetTypes),
    'gzip on;',
    'gzip_vary on;',
    'gzip_types text/css text/javascript application/json image/svg+xml;',
    `add_header Cache-Control "${foreverCaching}";`,
    'add_header X-Content-Type-Options nosniff;',
  ]);
}

/** The process decides about private files; about public ones only where it must. */
export function publicMediaLocations(site: EdgeSite): string[] {
  const { media } = site;
  if (media?.isOpen !== true) return [];
  return [
    ...block('location ^~ /media/private/', toProcess(site)),
    // Both with a slash at their end: without, `/media../x` would be a file beside the folder.
    ...block('location ^~ /media/', [
      `alias ${quoted(`${media.publicDir}/`)};`,
      // A link in there could lead to another tenant's files; `from`, as the way to the folder may have some.
      `disable_symlinks on ${quoted(`from=${media.publicDir}`)};`,
      // Neither folders nor unfinished uploads; the process says that there is no such thing, in the site's own design.
      'try_files $uri @process;',
      ...block('location ~ "/\\."', toProcess(site)),
      typesLine(mediaTypes),
      'default_type application/octet-stream;',
      `add_header Cache-Control "${mediaCaching}";`,
      'add_header X-Content-Type-Options nosniff;',
      'add_header Content-Security-Policy $tenantry_media_policy;',
      'add_header Content-Disposition $tenantry_media_disposition;',
      'add_header Cross-Origin-Resource-Policy cross-origin;',
    ]),
  ];
}

/**
 * Files that the process has decided to send: it answers with X-Accel-Redirect and all headers but those that nginx
 * makes itself. `internal`: nobody outside can ask for these addresses.
 */
export function handOffLocations({ media }: EdgeSite): string[] {
  if (media === undefined) return [];
  const folders = { private: media.privateDir, public: media.publicDir };
  return Object.entries(folders).flatMap(([visibility, folder]) =>
    block(`location ^~ /_edge/media/${visibility}/`, [
      'internal;',
      `alias ${quoted(`${folder}/`)};`,
      `disable_symlinks on ${quoted(`from=${folder}`)};`,
      ...kept.map((name) => `add_header ${name} $upstream_http_${name.toLowerCase().replaceAll('-', '_')};`),
    ]),
  );
}

/** nginx takes over Content-Type, Content-Disposition, Cache-Control and Set-Cookie by itself. */
const kept = [
  'X-Content-Type-Options',
  'Content-Security-Policy',
  'Cross-Origin-Resource-Policy',
  'Referrer-Policy',
  'Cross-Origin-Opener-Policy',
];

function typesLine(types: readonly (readonly [string, readonly string[]])[]): string {
  return `types { ${types.map(([type, endings]) => `"${type}" ${endings.join(' ')};`).join(' ')} }`;
}
