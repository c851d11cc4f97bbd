// What a script finds beside the language: fetch and what goes with it. Everything else of the machine is absent.
(function (ask) {
  'use strict';

  const pairsOf = (from) => {
    if (from === undefined || from === null) return [];
    if (typeof from === 'string') {
      const text = from.startsWith('?') ? from.slice(1) : from;
      const word = (part) => decodeURIComponent(part.replace(/\+/g, ' '));
      return text.split('&').filter(Boolean).map((pair) => {
        const at = pair.indexOf('=');
        return at < 0 ? [word(pair), ''] : [word(pair.slice(0, at)), word(pair.slice(at + 1))];
      });
    }
    const list = typeof from[Symbol.iterator] === 'function' ? [...from] : Object.entries(from);
    return list.map(([name, value]) => [String(name), String(value)]);
  };

  class URLSearchParams {
    #pairs;
    constructor(from) { this.#pairs = pairsOf(from); }
    append(name, value) { this.#pairs.push([String(name), String(value)]); }
    delete(name) { this.#pairs = this.#pairs.filter(([other]) => other !== name); }
    get(name) { return (this.#pairs.find(([other]) => other === name) ?? [null, null])[1]; }
    getAll(name) { return this.#pairs.filter(([other]) => other === name).map(([, value]) => value); }
    has(name) { return this.#pairs.some(([other]) => other === name); }
    set(name, value) {
      const at = this.#pairs.findIndex(([other]) => other === name);
      if (at < 0) return this.append(name, value);
      this.#pairs = this.#pairs.filter(([other], index) => other !== name || index === at);
      this.#pairs[at] = [String(name), String(value)];
    }
    entries() { return this.#pairs[Symbol.iterator](); }
    [Symbol.iterator]() { return this.entries(); }
    toString() {
      const word = (part) =>
        encodeURIComponent(part).replace(/%20/g, '+').replace(/[!'()~]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());
      return this.#pairs.map(([name, value]) => `${word(name)}=${word(value)}`).join('&');
    }
  }

  class Headers {
    #map = new Map();
    constructor(from) {
      const pairs = from instanceof Headers ? [...from] : pairsOf(from);
      for (const [name, value] of pairs) this.append(name, value);
    }
    append(name, value) {
      const key = String(name).toLowerCase();
      this.#map.set(key, this.#map.has(key) ? `${this.#map.get(key)}, ${value}` : String(value));
    }
    set(name, value) { this.#map.set(String(name).toLowerCase(), String(value)); }
    get(name) { return this.#map.get(String(name).toLowerCase()) ?? null; }
    has(name) { return this.#map.has(String(name).toLowerCase()); }
    entries() { return this.#map.entries(); }
    [Symbol.iterator]() { return this.entries(); }
  }

  class Response {
    #body;
    constructor(answer) {
      this.status = answer.status;
      this.ok = answer.status >= 200 && answer.status < 300;
      this.url = answer.url;
      this.headers = new Headers(answer.headers);
      this.#body = answer.body;
    }
    async text() { return this.#body; }
    async json() { return JSON.parse(this.#body); }
  }

  const fetch = async (url, init = {}) => {
    const headers = new Headers(init.headers);
    let body = init.body ?? null;
    if (body instanceof URLSearchParams) {
      body = body.toString();
      if (!headers.has('content-type')) headers.set('content-type', 'application/x-www-form-urlencoded');
    }
    if (body !== null && typeof body !== 'string') throw new TypeError('the body of a request is text or URLSearchParams');
    const method = String(init.method ?? 'GET').toUpperCase();
    const answer = JSON.parse(ask(JSON.stringify({ url: String(url), method, headers: [...headers], body })));
    if (answer.refused !== undefined) throw new TypeError(answer.refused);
    return new Response(answer);
  };

  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const btoa = (text) => {
    let out = '';
    for (let at = 0; at < text.length; at += 3) {
      const bytes = [0, 1, 2].map((more) => text.charCodeAt(at + more));
      if (bytes.some((byte) => byte > 255)) throw new RangeError('btoa takes bytes only');
      const bits = (bytes[0] << 16) | ((bytes[1] || 0) << 8) | (bytes[2] || 0);
      const digits = [18, 12, 6, 0].map((shift) => alphabet[(bits >> shift) & 63]);
      out += digits[0] + digits[1] + (at + 1 < text.length ? digits[2] : '=') + (at + 2 < text.length ? digits[3] : '=');
    }
    return out;
  };

  const nothing = () => {};
  const console = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };
  Object.assign(globalThis, { fetch, URLSearchParams, Headers, btoa, console });

  // Loads the script and calls its function; the answer is JSON.
  return (source, name, argument) => {
    const module = { exports: {} };
    new Function('module', 'exports', source)(module, module.exports);
    const chosen = module.exports[name];
    if (typeof chosen !== 'function') return null;
    return Promise.resolve(chosen(JSON.parse(argument))).then((result) => JSON.stringify(result ?? null));
  };
})
