import { counting } from '../counting';

/** "1 connection", "2 connections". */
export const count = counting('en-GB');
