/** One immutable directory that tenants run from, or the checkout that stands in for one. */
export interface Release {
  /** `checkout`, or the name of its directory below `releases/`. */
  readonly id: string;
  /** Absolute, symbolic links resolved: a process never mixes two releases. */
  readonly dir: string;
  readonly kind: 'checkout' | 'built';
}
