// Every word of the page, whole sentences only. Words about failures and statuses' evidence come from the core.

export { text } from './en';
