/**
 * Probot with an empty handler: `node probot.ts <folder with node_modules/probot>`.
 * @see https://probot.github.io/docs/development/#use-server
 */
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The part of Probot used here; it is no dependency of ours, so its types are not at hand. */
interface ProbotModule {
  readonly Server: new (
    options: object,
  ) => {
    load(app: (robot: { on(event: string, handler: () => Promise<void>): void }) => void): Promise<void>;
    start(): Promise<unknown>;
  };
  readonly Probot: { defaults(options: object): unknown };
}

const file = join(process.argv[2] ?? '', 'node_modules/probot/lib/index.js');
const { Server, Probot } = (await import(pathToFileURL(file).href)) as ProbotModule;
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const options = { appId: 1, privateKey, secret: process.env['WEBHOOK_SECRET'], logLevel: 'warn' };
const server = new Server({
  Probot: Probot.defaults(options),
  host: '127.0.0.1',
  port: Number(process.env['PORT']),
});
await server.load((robot) => robot.on('issues', async () => {}));
await server.start();
