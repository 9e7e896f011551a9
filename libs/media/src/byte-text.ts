const units = ['KB', 'MB', 'GB', 'TB'] as const;

/** `1536` as `1.5 KB`; as in the settings, 1 KB is 1024 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  const amount = Math.round((bytes / 1024 ** power) * 10) / 10;
  return `${amount} ${units[power - 1]}`;
}
