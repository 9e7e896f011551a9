/** What exists beside tables. Columns of each: kind, name, within, position, facts. */
export const typeSelects: readonly string[] = [
  `SELECT 'extension' AS kind, quote_ident(e.extname) AS name, NULL::text AS within, 0 AS position,
          jsonb_build_object('schema', quote_ident(n.nspname), 'version', e.extversion) AS facts
     FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`,

  `SELECT 'schema', name, NULL, 0, '{}'::jsonb FROM ns`,

  `SELECT kind, name, NULL, 0, jsonb_build_object('values',
            (SELECT jsonb_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = typ.oid))
     FROM typ WHERE kind = 'enum'`,

  `SELECT kind, name, NULL, 0, jsonb_strip_nulls(jsonb_build_object(
            'type', format_type(typbasetype, typtypmod),
            'collation', (SELECT c.oid::regcollation::text FROM pg_collation c JOIN pg_type b ON b.oid = typ.typbasetype
                           WHERE c.oid = typ.typcollation AND c.oid <> b.typcollation),
            'default', pg_get_expr(typdefaultbin, 0), 'notNull', CASE WHEN typnotnull THEN true END,
            'checks', (SELECT jsonb_agg(quote_ident(conname) || ' ' || pg_get_constraintdef(oid) ORDER BY conname)
                         FROM pg_constraint WHERE contypid = typ.oid AND contype = 'c')))
     FROM typ WHERE kind = 'domain'`,

  `SELECT kind, name, NULL, 0, jsonb_build_object('sql', CASE typtype
            WHEN 'r' THEN (SELECT 'AS RANGE (SUBTYPE = ' || format_type(rngsubtype, NULL) || ')' FROM pg_range WHERE rngtypid = typ.oid)
            ELSE (SELECT 'AS (' || coalesce(string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum), '') || ')'
                    FROM pg_attribute WHERE attrelid = typ.typrelid AND attnum > 0 AND NOT attisdropped) END)
     FROM typ WHERE kind = 'type'`,

  `SELECT rel.kind, rel.name, NULL, 0, jsonb_build_object('type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text,
            'increment', s.seqincrement::text, 'min', s.seqmin::text, 'max', s.seqmax::text, 'cache', s.seqcache::text, 'cycle', s.seqcycle)
     FROM rel JOIN pg_sequence s ON s.seqrelid = rel.oid WHERE rel.oid NOT IN (SELECT oid FROM inner_sequence)`,

  `SELECT kind, name, NULL, 0, jsonb_build_object('sql', CASE prokind
            WHEN 'a' THEN (SELECT 'SFUNC = ' || aggtransfn || ', STYPE = ' || format_type(aggtranstype, NULL)
                             FROM pg_aggregate WHERE aggfnoid = fn.oid)
            ELSE rtrim(pg_get_functiondef(oid)) END)
     FROM fn`,
];
