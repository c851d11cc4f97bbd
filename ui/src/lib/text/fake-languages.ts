export { languages } from './languages';
