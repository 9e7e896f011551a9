import type { ServerAddress } from '#libs/database';
import { Secret } from '#libs/settings';

const variable = 'TENANTRY_TEST_POSTGRES';

type Published = Omit<ServerAddress, 'password'> & { readonly password: string };

/** Tells Jest's workers, who inherit our environment, where the server of this run is. */
export function publishTestServer(server: ServerAddress): void {
  const published: Published = { ...server, password: server.password?.reveal() ?? '' };
  process.env[variable] = JSON.stringify(published);
}

/** The admin login of the Postgres server that this Jest run started. Each test makes databases of its own in it. */
export function testServer(): ServerAddress {
  const text = process.env[variable];
  if (text === undefined)
    throw new TypeError(`${variable} is not set: run the tests through Jest's configuration.`);
  const published = JSON.parse(text) as Published;
  return { ...published, password: new Secret(published.password) };
}
