/** The command line's entry. */
import { createProgram } from '../cli/program';

// A reader that ends early (`| head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
void createProgram().parseAsync();
