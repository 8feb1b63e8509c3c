import { createContext } from 'react';

/** The title of the page that is shown, as the table of pages has it. */
export const PageTitle = createContext('');
