import { z } from 'zod';

// The content security policy forbids eval, which zod's compiled parsers would use. Imported before any schema is.
z.config({ jitless: true });
