import { block, quoted } from '../edge/config-text.js';
import { pagePolicy } from '../edge/pages.js';

/** Sends the page of the error's status from a folder of pages, and no more than the status of others. */
export function pageHandler(
  folder: string,
  statuses: readonly number[],
  more: readonly string[] = [],
): string[] {
  return [
    `@page expression {err.status_code} in [${statuses.join(', ')}]`,
    ...block(
      'handle @page',
      block('route', [
        ...block('@json', ['header Accept *application/json*', 'not header Accept *text/html*']),
        `root * ${quoted(folder)}`,
        ...block('header', [
          'Cache-Control no-store',
          'X-Content-Type-Options nosniff',
          `Content-Security-Policy "${pagePolicy}"`,
          ...more,
        ]),
        // On its own: with something to take away, a block is applied last, over what came after it.
        'header -Server',
        ...asWanted,
        'file_server',
      ]),
    ),
  ];
}

const asWanted = [
  'header @json Content-Type "application/json; charset=utf-8"',
  'rewrite @json /{err.status_code}.json',
  '@html not path *.json',
  'header @html Content-Type "text/html; charset=utf-8"',
  'rewrite @html /{err.status_code}.html',
];
