export { mapFile, type MappedFile } from './map-file.js';
