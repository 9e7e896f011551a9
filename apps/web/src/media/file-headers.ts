import type { StoredFile } from '#libs/media';

/** No script, no plug-in, no form, no access to the site's cookies: whatever the file is, it acts for nobody. */
const inert = "default-src 'none'; sandbox";

/**
 * Headers of an uploaded file. An HTML or SVG upload is a page with scripts if a browser opens it at the site's own
 * address, so only kinds that a browser shows without running them are shown, and the rest is offered for saving.
 */
export function fileHeaders(file: StoredFile): Record<string, string> {
  const kind = kindOf(file.contentType);
  return {
    'content-type': file.contentType,
    'x-content-type-options': 'nosniff',
    // The viewers of browsers for PDF and films do not start inside a sandbox.
    'content-security-policy': kind === 'player' ? "frame-ancestors 'self'" : inert,
    'content-disposition': disposition(kind === 'download' ? 'attachment' : 'inline', file.name),
    'cache-control': file.visibility === 'private' ? 'private, no-cache' : 'public, max-age=600',
    'cross-origin-resource-policy': file.visibility === 'private' ? 'same-origin' : 'cross-origin',
    etag: file.etag,
    'last-modified': file.modifiedAt.toUTCString(),
    'accept-ranges': 'bytes',
  };
}

function kindOf(contentType: string): 'image' | 'player' | 'download' {
  if (contentType.startsWith('image/')) return 'image';
  return /^(?:audio\/|video\/|application\/pdf$)/.test(contentType) ? 'player' : 'download';
}

/** RFC 6266: the plain form for names in ASCII, and the encoded one, which all browsers prefer, for all. */
function disposition(type: string, name: string): string {
  const ascii = name.replaceAll(/[^\w.-]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${type}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
