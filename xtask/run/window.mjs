// The app's real window, driven by WebKitWebDriver (W3C WebDriver over plain fetch).
import { open, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './session.mjs';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Paints frame after frame, and nothing that is seen, until the next call. */
const RESTLESS = `
  if (window.rest) return window.rest();
  const { style } = document.documentElement;
  let n = 0;
  const timer = setInterval(() => { style.outline = '1px solid rgb(0 0 0 / 0.00' + (++n % 2) + ')'; }, 30);
  window.rest = () => { clearInterval(timer); style.outline = ''; delete window.rest; };`;

export class Window {
  /** Opens `binary` in the session; what it says goes to the file `log`. */
  static async open(session, binary, { env = {}, log } = {}) {
    const window = new Window();
    const port = await freePort();
    window.base = `http://127.0.0.1:${port}`;
    const file = log ? await open(log, 'w') : undefined;
    const output = file?.fd ?? 'ignore';
    window.driver = session.spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
      stdio: ['ignore', output, output], env: { ...env, TAURI_WEBVIEW_AUTOMATION: 'true' },
    });
    await file?.close();
    const capabilities = { alwaysMatch: { browserName: 'wry', 'webkitgtk:browserOptions': { binary, args: [] } } };
    for (let tries = 0; !window.session; tries++) {
      try {
        window.session = (await window.#call('POST', '/session', { capabilities })).sessionId;
      } catch (error) {
        // Only a driver that does not listen yet is worth another try.
        if (!(error instanceof TypeError) || tries > 100) throw error;
        await sleep(50);
      }
    }
    return window;
  }

  async #call(method, path, body) {
    const answer = await fetch(this.base + path, {
      method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }

  #in(method, path, body) {
    return this.#call(method, `/session/${this.session}${path}`, body);
  }

  /** Runs JavaScript in the page: the body of a function. */
  script(body, ...args) {
    return this.#in('POST', '/execute/sync', { script: body, args });
  }

  /** The same, answered when the page calls its last argument. */
  async later(body, ...args) {
    return this.#in('POST', '/execute/async', { script: body, args });
  }

  /** Waits until an element is there, by CSS or (starting with `/`) XPath. */
  async find(selector, milliseconds = 10_000) {
    const until = Date.now() + milliseconds;
    for (;;) {
      try {
        const found = await this.#in('POST', '/element', { using: selector.startsWith('/') ? 'xpath' : 'css selector', value: selector });
        return found[ELEMENT];
      } catch (error) {
        if (!/no such element/.test(error.message)) throw error;
        if (Date.now() > until) throw new Error(`nothing like ${selector} within ${milliseconds} ms`, { cause: error });
        await sleep(25);
      }
    }
  }

  /** Clicks what is there, or will be. */
  async click(selector, milliseconds) {
    const element = await this.find(selector, milliseconds);
    await this.#in('POST', `/element/${element}/click`, {});
  }

  /** Types into a field. */
  async type(selector, text) {
    const element = await this.find(selector);
    await this.#in('POST', `/element/${element}/value`, { text });
  }

  /** What a person reads. */
  async text(selector, milliseconds) {
    const element = await this.find(selector, milliseconds);
    return this.#in('GET', `/element/${element}/text`);
  }

  /** A picture of the page, taken after what is in the DOM has reached the screen. The driver waits for a frame after
   * that, and a page at rest may have none for a minute. */
  async screenshot(path) {
    await this.later('const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));');
    await this.script(RESTLESS);
    const picture = await this.#in('GET', '/screenshot').finally(() => this.script(RESTLESS));
    await writeFile(path, Buffer.from(picture, 'base64'));
  }

  /** Closes the window, and with it the app that the driver started. */
  async close() {
    await this.#in('DELETE', '');
    this.driver.kill();
  }
}

/** XPath of a connection's row; with a word, only while its status says it. */
export function rowOf(name, word) {
  const status = word ? `[.//*[@role='gridcell'][1][contains(., '${word}')]]` : '';
  return `//*[@role='row'][.//strong[.='${name}']]${status}`;
}

/** XPath of a button that a person would call so, below what stands before it. */
export const button = name => `//button[normalize-space(.)='${name}' or @aria-label='${name}']`;
