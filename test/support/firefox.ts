import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The installed Firefox; undefined where there is none. */
export const FIREFOX = ['firefox', 'firefox-esr']
  .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, name)))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** A Firefox that is driven by its own remote protocol (Marionette, level 3): one page at a time. */
export class Firefox {
  private buffer = Buffer.alloc(0);
  private readonly waiting = new Map<number, (reply: unknown[]) => void>();
  private sent = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly stop: () => void,
    private readonly folder: string,
  ) {
    socket.on('data', (data: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, data]);
      this.take();
    });
  }

  static async start(): Promise<Firefox> {
    const folder = mkdtempSync(join(tmpdir(), 'pvflame-firefox-'));
    writeFileSync(
      join(folder, 'user.js'),
      'user_pref("marionette.port", 0);\nuser_pref("browser.shell.checkDefaultBrowser", false);\n' +
        'user_pref("datareporting.policy.dataSubmissionEnabled", false);\nuser_pref("app.update.enabled", false);\n',
    );
    const child = spawn(
      FIREFOX ?? '',
      ['--headless', '--marionette', '--no-remote', '--profile', folder, 'about:blank'],
      { stdio: 'ignore', env: { ...process.env, HOME: folder, MOZ_HEADLESS: '1' } },
    );
    const port = await until(() => {
      try {
        return Number(readFileSync(join(folder, 'MarionetteActivePort'), 'utf8')) || undefined;
      } catch {
        return undefined;
      }
    });
    const socket = connect(port, '127.0.0.1');
    const browser = new Firefox(socket, () => child.kill(), folder);
    await browser.send('WebDriver:NewSession', {});
    return browser;
  }

  /** Writes a page to a file and opens it from file://; returns its address. */
  async open(html: string): Promise<string> {
    const file = join(this.folder, 'page.html');
    writeFileSync(file, html);
    const url = pathToFileURL(file).href;
    await this.send('WebDriver:Navigate', { url });
    return url;
  }

  /** Runs a function body in the page; what it returns comes back as JSON. */
  async run(script: string): Promise<unknown> {
    const reply = (await this.send('WebDriver:ExecuteScript', { script, args: [] })) as {
      value: unknown;
    };
    return reply.value;
  }

  /** Waits until a function body in the page returns true. */
  async wait(script: string): Promise<void> {
    for (let i = 0; i < 100; i++) {
      if ((await this.run(script)) === true) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`never true: ${script}`);
  }

  close(): void {
    this.socket.destroy();
    this.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private send(command: string, parameters: object): Promise<unknown> {
    const id = ++this.sent;
    const text = JSON.stringify([0, id, command, parameters]);
    this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ([, , error, result]) => {
        if (error === null) resolve(result);
        else reject(new Error(`${command}: ${JSON.stringify(error)}`));
      });
    });
  }

  /** Messages are `length:json`; the first is a greeting. */
  private take(): void {
    for (;;) {
      const colon = this.buffer.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(this.buffer.subarray(0, colon).toString());
      if (this.buffer.length < end) return;
      const message = JSON.parse(this.buffer.subarray(colon + 1, end).toString()) as unknown;
      this.buffer = this.buffer.subarray(end);
      if (!Array.isArray(message)) continue;
      const id = message[1] as number;
      this.waiting.get(id)?.(message);
      this.waiting.delete(id);
    }
  }
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 300; i++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('Firefox did not start within 30 s');
}
