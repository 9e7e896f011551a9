import { RefusedError } from '#libs/settings';

/** How the operator says a second time what is meant. */
export interface Confirmation {
  /** `--confirm`, as typed. */
  readonly confirm: string | undefined;
  /** Undefined without a terminal: then nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

export class NotConfirmed extends RefusedError {
  override readonly code = 'NOT_CONFIRMED';
}

/** Throws NotConfirmed (exit 4) unless the tenant's name came back, by the flag or on the terminal. */
export async function requireConfirmed(
  { confirm, ask }: Confirmation,
  { tenant, what, command }: { tenant: string; what: string; command: string },
): Promise<void> {
  if (confirm === tenant) return;
  if (confirm === undefined && ask !== undefined) {
    const answer = await ask(`${what} Type ${tenant} to go on: `);
    if (answer.trim() === tenant) return;
  }
  const found = confirm === undefined ? '' : ` --confirm: expected "${tenant}", found "${confirm}".`;
  throw new NotConfirmed(`${tenant}: ${what}${found} Nothing was changed.`, {
    tenant,
    hint: `If you mean it, run: ${command} --confirm ${tenant}`,
  });
}
