/** The one form in which an email address is stored and compared. */
export function normalizeEmail(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text);
}

export const minPasswordLength = 8;
/** Long enough for any sentence; an unbounded one would be work for nothing. */
export const maxPasswordLength = 256;
