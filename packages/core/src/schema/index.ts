export { DocumentError } from './document-error.ts';
export { readManifestDocuments } from './manifest-documents.ts';
export { readYamlDocument } from './yaml-document.ts';
export { yamlText } from './yaml-text.ts';
