import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html: argon2id, 19 MiB, two passes. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const saltBytes = 16;
const tagBytes = 32;
const phc =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,171})$/;

const derive = promisify(argon2);

/** Hashes a password with argon2id and a new salt, in PHC format: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await derive('argon2id', {
    ...cost,
    message: normalize(password),
    nonce: salt,
    tagLength: tagBytes,
  });
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${encode(salt)}$${encode(tag)}`;
}

/**
 * Whether the password is the one of the hash. Without a hash (no such account) the same work is done for nothing:
 * a quick "no" would tell which email addresses have an account.
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const parsed = phc.exec(hash ?? '');
  const [, memory, passes, parallelism, salt = '', tag = ''] = parsed ?? [];
  const expected = parsed ? Buffer.from(tag, 'base64') : Buffer.alloc(tagBytes);
  const found = await derive('argon2id', {
    message: normalize(password),
    nonce: parsed ? Buffer.from(salt, 'base64') : Buffer.alloc(saltBytes),
    tagLength: expected.length,
    memory: parsed ? Number(memory) : cost.memory,
    passes: parsed ? Number(passes) : cost.passes,
    parallelism: parsed ? Number(parallelism) : cost.parallelism,
  });
  return timingSafeEqual(found, expected) && parsed !== null;
}

/** One password has several forms in Unicode, and keyboards differ in which they send. */
function normalize(password: string): string {
  return password.normalize('NFKC');
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
