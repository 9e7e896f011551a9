const publicFolder = 'public/';

/** The path below `/media/`: `public/harbour.jpg` is `harbour.jpg`, `private/may.pdf` stays what it is. */
export function servedPath(path: string): string {
  return path.startsWith(publicFolder) ? path.slice(publicFolder.length) : path;
}

/** Where a file is served: `public/a b.jpg` at `/media/a%20b.jpg`, `private/a.pdf` at `/media/private/a.pdf`. */
export function mediaUrl(path: string): string {
  return `/media/${servedPath(path).split('/').map(encodeURIComponent).join('/')}`;
}

export function isPrivate(path: string): boolean {
  return !path.startsWith(publicFolder);
}
