import { SetupError } from './setup-error.mjs';

/** What npm's output can say, and what helps; the first that matches is told. */
const situations = [
  {
    pattern: /\bENOTCACHED\b/,
    what: "a package is neither in npm's cache nor may it be downloaded (npm is set to offline)",
    hint: 'Run once with a network and without npm_config_offline.',
  },
  {
    pattern: /\b(ENOSPC|EDQUOT)\b/,
    what: 'the disk is full',
    hint: "Free about 1.5 GB (npm's cache is on the disk of your home folder) and run the same command again.",
  },
  {
    pattern: /\b(EACCES|EPERM|EROFS)\b/,
    what: 'npm may not write in the checkout or in its cache',
    hint: 'Run as the user who owns both; `sudo npm` once leaves files of root in ~/.npm.',
  },
  {
    pattern:
      /\b(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT\w*|CERT_HAS_EXPIRED|UNABLE_TO_VERIFY_LEAF_SIGNATURE)\b/,
    what: "the registry's certificate is not trusted",
    hint: 'Behind an inspecting proxy, set NODE_EXTRA_CA_CERTS to the file with its certificate.',
  },
  {
    pattern:
      /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|FETCH_ERROR)\b/,
    what: 'the package registry cannot be reached',
    hint: 'Check the network and, where one is needed, the proxy (`npm config get proxy registry`), then run the same command again.',
  },
  {
    pattern: /\b(E401|E403|E407)\b/,
    what: 'the package registry refused access',
    hint: 'Check `npm config get registry` and the login that it needs.',
  },
  {
    pattern: /\bEINTEGRITY\b/,
    what: 'a downloaded package is not the one that package-lock.json names',
    hint: 'Run `npm cache verify` and try again; if it stays, do not install it.',
  },
  {
    pattern: /\bEUSAGE\b/,
    what: 'package.json and package-lock.json do not agree',
    hint: 'Run `npm install` and commit both.',
  },
];

/** Turns a failed `npm ci` into one sentence, what to do, and the end of what npm said. */
export function explainInstallFailure({ code, signal, output }, root) {
  // After some errors npm prints its whole help, which would push the error itself off the screen.
  const [error] = output.trim().split(/\nnpm error Clean install a project/);
  const said = error.split('\n').slice(-15).join('\n');
  const found = situations.find(({ pattern }) => pattern.test(output));
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
  const hint =
    found?.hint ?? `If it fails again, remove ${root}/node_modules and run the same command once more.`;
  return new SetupError(`npm ci ${how}${found ? `: ${found.what}` : ''}.`, {
    hint: `${hint}${said ? `\n\nnpm said:\n${said}` : ''}`,
  });
}
