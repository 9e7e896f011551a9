import type { HostingPlan } from '../../plan.js';
import { fileText, section } from '../edge/config-text.js';
import { endingsOf, inertPolicy, mediaCaching, mediaTypes, playerPolicy } from '../edge/media-types.js';

/** How a tenant's public files are sent; included where their folder is named. */
export function mediaText({ home }: HostingPlan): string {
  return fileText({ home }, [
    // A link in there could lead to another tenant's files.
    'Options None',
    'AllowOverride None',
    'Require all granted',
    // Whatever the host runs for some endings: an upload is never a program.
    'SetHandler default-handler',
    'ForceType application/octet-stream',
    ...mediaTypes.flatMap(([type, endings]) =>
      section(`FilesMatch "(?i)\\.(?:${endings.join('|')})$"`, [`ForceType "${type}"`]),
    ),
    `Header set Cache-Control "${mediaCaching}"`,
    'Header set X-Content-Type-Options nosniff',
    `Header set Content-Security-Policy "${inertPolicy}"`,
    'Header set Content-Disposition attachment',
    'Header set Cross-Origin-Resource-Policy cross-origin',
    ...section(`FilesMatch "(?i)\\.(?:${endingsOf('image')}|${endingsOf('player')})$"`, [
      'Header set Content-Disposition inline',
    ]),
    ...section(`FilesMatch "(?i)\\.(?:${endingsOf('player')})$"`, [
      `Header set Content-Security-Policy "${playerPolicy}"`,
    ]),
  ]);
}
