import type { Scalar } from '../files/entry.js';
import type { Secret } from '../secret.js';
import type { Operator, Source } from './types.js';

/** A list item: plain data with the place that it came from. */
export interface Item {
  readonly value: unknown;
  readonly source: Source;
}

/** What one layer wants done at one key; a layer is a patch of kind `merge`. */
export type Patch =
  | {
      readonly kind: 'set';
      readonly value: Scalar | Secret;
      readonly operator: Operator;
      readonly source: Source;
    }
  | {
      readonly kind: 'list';
      readonly items: readonly Item[];
      readonly operator: Operator;
      readonly source: Source;
    }
  | { readonly kind: 'merge'; readonly children: ReadonlyMap<string, Patch>; readonly source: Source }
  | ListChange
  | { readonly kind: 'unset'; readonly source: Source };

/** Changes the list of the layers below: first takes away, then puts in front and behind. */
export interface ListChange {
  readonly kind: 'change';
  readonly remove: readonly Item[];
  readonly prepend: readonly Item[];
  readonly append: readonly Item[];
  readonly source: Source;
}
