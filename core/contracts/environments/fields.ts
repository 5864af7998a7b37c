/** What the environment variables of several functions are made of. */
import * as v from 'valibot';

export const text = v.pipe(v.string(), v.minLength(1));
export const number = v.pipe(v.string(), v.transform(Number));
export const json = <S extends v.GenericSchema>(schema: S) => v.pipe(v.string(), v.parseJson(), schema);
