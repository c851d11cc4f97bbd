export { languages, type Rooms } from './languages';
