import type { CommandSpec, Invocation } from '../command.js';
import { askOnTerminal } from '../terminal.js';
import { changeOptions, noRestart, oneTenant, textOption } from './options.js';

const tenant = { name: '<tenant>', description: "the tenant's name" };
const key = { name: '<key>', description: 'such as site.title' };

/** What changes a tenant's overlay. */
export const settingsChangeCommands: readonly CommandSpec[] = [
  {
    path: ['settings', 'set'],
    summary: "set one key of a tenant's overlay, and restart the tenant where it runs",
    arguments: [tenant, key, { name: '<value>', description: 'YAML; for a key that wants text, the text' }],
    options: [noRestart],
    plan: true,
    run: (invocation) => change(invocation, String(invocation.arguments[2])),
  },
  {
    path: ['settings', 'unset'],
    summary: "take one key out of a tenant's overlay, so that the layers below decide",
    arguments: [tenant, key],
    options: [noRestart],
    plan: true,
    run: (invocation) => change(invocation, undefined),
  },
  {
    path: ['settings', 'edit'],
    summary: "open a tenant's overlay in $VISUAL or $EDITOR, check it, write it or refuse it",
    arguments: [tenant],
    options: [{ flags: '--from <file>', description: 'take the new text from this file instead' }, noRestart],
    plan: true,
    run: async (invocation) => {
      const { editSettings } = await import('#libs/operations');
      return editSettings(await invocation.dependencies(), {
        ...changeOptions(invocation),
        tenant: oneTenant(invocation),
        from: textOption(invocation, 'from'),
        cwd: invocation.cwd,
        ask: askOnTerminal(),
      });
    },
  },
];

async function change(invocation: Invocation, value: string | undefined) {
  const { changeSettings } = await import('#libs/operations');
  return changeSettings(await invocation.dependencies(), {
    ...changeOptions(invocation),
    tenant: oneTenant(invocation),
    key: String(invocation.arguments[1]),
    value,
  });
}
