// A desktop session of one's own: display, bus, keychain and folders, gone without a trace afterwards.
//
// Nothing in it can reach the person's keychain, browser or handlers of links, and the other way round.
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export class Session {
  #children = [];

  /** `screen` is WIDTHxHEIGHT; `frames` a folder for Xvfb's framebuffer file, where somebody wants to read it. */
  static async start({ screen = '1280x800', frames } = {}) {
    const session = new Session();
    try {
      await session.#start(screen, frames);
    } catch (error) {
      await session.stop();
      throw error;
    }
    return session;
  }

  async #start(screen, frames) {
    // Short: a socket's path may have 107 characters.
    this.folder = await mkdtemp(join(tmpdir(), 'tokenrack-'));
    const at = name => join(this.folder, name);
    this.env = {
      ...process.env,
      // Rust's tools look in HOME, unless told where.
      CARGO_HOME: process.env.CARGO_HOME ?? join(homedir(), '.cargo'),
      RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'),
      HOME: at('home'),
      XDG_RUNTIME_DIR: at('run'),
      XDG_DATA_HOME: at('home/.local/share'),
      XDG_CONFIG_HOME: at('home/.config'),
      XDG_CACHE_HOME: at('home/.cache'),
      XDG_STATE_HOME: at('home/.local/state'),
      // Debian 12's xdg-open cannot run a quoted Exec by itself; on a desktop it hands over to gio, which can.
      XDG_CURRENT_DESKTOP: 'GNOME',
      XDG_SESSION_TYPE: 'x11',
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
      LANG: 'C.UTF-8',
    };
    for (const name of ['WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'GNOME_KEYRING_CONTROL', 'SSH_AUTH_SOCK']) delete this.env[name];
    for (const name of ['run', 'home/.local/share/applications', 'home/.config', 'home/.cache', 'home/.local/state']) {
      await mkdir(at(name), { recursive: true });
    }
    await chmod(at('run'), 0o700);

    const display = ['-displayfd', '3', '-screen', '0', `${screen}x24`, '-nolisten', 'tcp', '-noreset'];
    if (frames) display.push('-fbdir', frames);
    this.env.DISPLAY = `:${await this.#firstLine('Xvfb', display, 3)}`;
    this.env.DBUS_SESSION_BUS_ADDRESS = await this.#firstLine('dbus-daemon', ['--session', '--nofork', '--print-address=3'], 3);
    const keyring = this.spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], { stdio: ['pipe', 'ignore', 'ignore'] });
    keyring.stdin.end('the password of a keyring that lives for a minute');
    await this.#waitForKeychain();
  }

  /** Starts a program inside; it ends with the session at the latest. */
  spawn(program, args, options = {}) {
    const child = spawn(program, args, { ...options, env: { ...this.env, ...options.env } });
    child.on('error', error => console.error(`${program}: ${error.message}`));
    this.#children.push(child);
    return child;
  }

  /** Runs a program inside to its end and answers what it printed; fails when it fails. */
  run(program, args, { input, ...options } = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], ...options, env: { ...this.env, ...options.env } });
      let out = '', err = '';
      child.stdout.setEncoding('utf8').on('data', text => (out += text));
      child.stderr.setEncoding('utf8').on('data', text => (err += text));
      if (input !== undefined) child.stdin.end(input);
      child.on('error', reject).on('close', code => {
        if (code === 0) resolve(out);
        else reject(new Error(`${program} ${args[0] ?? ''} ended with ${code}: ${err.trim().slice(-2000)}`));
      });
    });
  }

  /** Which program opens web pages in this session. */
  async setBrowser(command) {
    const applications = join(this.env.XDG_DATA_HOME, 'applications');
    await writeFile(join(applications, 'session-browser.desktop'),
      `[Desktop Entry]\nType=Application\nName=Browser\nExec=${command} %u\nMimeType=x-scheme-handler/http;x-scheme-handler/https;\n`);
    await writeFile(join(this.env.XDG_CONFIG_HOME, 'mimeapps.list'),
      '[Default Applications]\nx-scheme-handler/http=session-browser.desktop\nx-scheme-handler/https=session-browser.desktop\n');
    await this.run('update-desktop-database', [applications]);
  }

  /** Ends everything that was started, newest first, and removes the folders. */
  async stop() {
    for (const child of this.#children.reverse()) await end(child);
    this.#children = [];
    if (this.folder) await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #firstLine(program, args, fd) {
    const child = this.spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    return new Promise((resolve, reject) => {
      let text = '';
      child.stdio[fd].setEncoding('utf8').on('data', part => {
        text += part;
        if (text.includes('\n')) resolve(text.split('\n')[0].trim());
      });
      child.once('exit', code => reject(new Error(`${program} ended with ${code} before it was ready`)));
      child.once('error', reject);
    });
  }

  async #waitForKeychain() {
    // A busy machine takes seconds.
    for (let tries = 0; ; tries++) {
      try {
        // `get-property` on the default collection: answers only when a keyring is there and unlocked.
        const locked = await this.run('gdbus', ['call', '--session', '--dest', 'org.freedesktop.secrets',
          '--object-path', '/org/freedesktop/secrets/aliases/default', '--method', 'org.freedesktop.DBus.Properties.Get',
          'org.freedesktop.Secret.Collection', 'Locked']);
        if (locked.includes('false')) return;
      } catch (error) {
        if (tries > 400) throw error;
      }
      if (tries > 400) throw new Error('the private keyring stayed locked');
      await sleep(50);
    }
  }
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 3000);
  await gone;
  clearTimeout(late);
}

/** A port that was free a moment ago, for programs that must be told one. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
