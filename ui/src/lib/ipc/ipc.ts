// The only door to the app: one line a command, no logic.

import { Channel, invoke } from '@tauri-apps/api/core';

import type { FaceEvent, Ipc } from './contract';

export const ipc: Ipc = {
  subscribe(listener) {
    const channel = new Channel<FaceEvent>();
    channel.onmessage = listener;
    return invoke('subscribe', { channel });
  },
  language: (system) => invoke('language', { system }),
  painted: () => invoke('painted'),

  providers: (query) => invoke('providers', { query }),
  provider: (id) => invoke('provider', { id }),
  server: (url, endpoints) => invoke('server', { url, endpoints }),
  lintspec: (text) => invoke('lintspec', { text }),
  checkspec: (text, vars) => invoke('checkspec', { text, vars }),
  importspec: (file, text, id) => invoke('importspec', { file, text, id }),
  savespec: (text, before) => invoke('savespec', { text, before }),
  ownspec: (id) => invoke('ownspec', { id }),
  exportspec: (text) => invoke('exportspec', { text }),
  exportprovider: (id) => invoke('exportprovider', { id }),
  downloads: () => invoke('downloads'),
  downloadspec: (text) => invoke('downloadspec', { text }),
  exportfile: (ids, accounts) => invoke('exportfile', { ids, accounts }),
  backup: (passphrase) => invoke('backup', { passphrase }),
  openfile: (file, data, passphrase) => invoke('openfile', { file, data, passphrase }),
  takefile: (decisions, oldertokens) => invoke('takefile', { decisions, oldertokens }),
  closefile: () => invoke('closefile'),
  preview: (draft) => invoke('preview', { draft }),
  add: (draft, secret) => invoke('add', { draft, secret }),
  bring: (draft, secret, token) => invoke('bring', { draft, secret, token }),

  connect: (id) => invoke('connect', { id }),
  cancel: (id) => invoke('cancel', { id }),
  reopen: (id) => invoke('reopen', { id }),
  copylink: (id) => invoke('copylink', { id }),
  deliver: (url) => invoke('deliver', { url }),
  refresh: (id) => invoke('refresh', { id }),
  introspect: (id) => invoke('introspect', { id }),
  claims: (id) => invoke('claims', { id }),
  usualrequest: (id) => invoke('usualrequest', { id }),
  testrequest: (id, url) => invoke('testrequest', { id, url }),
  choose: (id, store, value) => invoke('choose', { id, store, value }),
  disconnect: (id, forget) => invoke('disconnect', { id, forget }),
  draft: (id) => invoke('draft', { id }),
  edit: (id, draft, secret) => invoke('edit', { id, draft, secret }),

  copytoken: (id, format) => invoke('copytoken', { id, format }),
  clearclipboard: () => invoke('clearclipboard'),
  copytext: (text) => invoke('copytext', { text }),

  quit: () => invoke('quit'),
  activity: (filter) => invoke('activity', { filter }),
  exportactivity: (filter, format) => invoke('exportactivity', { filter, format }),
  settings: () => invoke('settings'),
  savesettings: (settings) => invoke('savesettings', { settings }),
  desktop: () => invoke('desktop'),
  setautostart: (on) => invoke('setautostart', { on }),
  diagnostics: () => invoke('diagnostics'),
  selftest: () => invoke('selftest'),
  unlock: (passphrase) => invoke('unlock', { passphrase }),

  unsavedtext: (now) => invoke('unsavedtext', { now }),
  closewindow: (quit) => invoke('closewindow', { quit }),
  openlink: (id, which) => invoke('openlink', { id, which }),
  openprovider: (id, which, vars) => invoke('openprovider', { id, which, vars }),
  opendocs: (code) => invoke('opendocs', { code }),
  report: (id) => invoke('report', { id }),
  files: () => invoke('files'),
  version: () => invoke('version'),
};
