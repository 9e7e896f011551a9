const identitySequence = `
  (SELECT jsonb_build_object('start', s.seqstart::text, 'increment', s.seqincrement::text, 'min', s.seqmin::text,
                             'max', s.seqmax::text, 'cache', s.seqcache::text, 'cycle', s.seqcycle)
     FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
      AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum)`;

/** Tables and what belongs to them. Columns of each: kind, name, within, position, facts. */
export const relationSelects: readonly string[] = [
  `SELECT kind, name, NULL, 0, jsonb_strip_nulls(jsonb_build_object(
            'persistence', CASE relpersistence WHEN 'u' THEN 'UNLOGGED' END,
            'partitionBy', pg_get_partkeydef(oid),
            'partitionOf', (SELECT i.inhparent::regclass || ' ' || pg_get_expr(rel.relpartbound, rel.oid)
                              FROM pg_inherits i WHERE i.inhrelid = rel.oid AND rel.relispartition),
            'inherits', (SELECT jsonb_agg(i.inhparent::regclass::text ORDER BY i.inhseqno)
                           FROM pg_inherits i WHERE i.inhrelid = rel.oid AND NOT rel.relispartition),
            'options', array_to_string(reloptions, ', '),
            'rowSecurity', CASE WHEN relrowsecurity THEN 'ENABLE' END,
            'forcedRowSecurity', CASE WHEN relforcerowsecurity THEN 'FORCE' END,
            'replicaIdentity', CASE relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' END))
     FROM rel WHERE relkind IN ('r', 'p', 'f')`,

  // A partition has its columns, constraints and indexes from its parent, as far as they are not its own.
  `SELECT 'column', rel.name || '.' || quote_ident(a.attname), 'table ' || rel.name, a.attnum::int, jsonb_strip_nulls(jsonb_build_object(
            'type', format_type(a.atttypid, a.atttypmod),
            'collation', CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
            'notNull', CASE WHEN a.attnotnull THEN true END,
            'default', CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END,
            'generated', CASE a.attgenerated WHEN 's' THEN '(' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
                                             WHEN 'v' THEN '(' || pg_get_expr(d.adbin, d.adrelid) || ') VIRTUAL' END,
            'identity', CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
            'sequence', ${identitySequence}))
     FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid JOIN pg_type t ON t.oid = a.atttypid
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE rel.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND (a.attinhcount = 0 OR a.attislocal)`,

  `SELECT 'sequence owner', s.name, 'table ' || t.name, 0, jsonb_build_object('column', t.name || '.' || quote_ident(a.attname))
     FROM rel s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass
                                AND d.deptype = 'a' AND d.refobjsubid > 0
     JOIN rel t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE s.relkind = 'S'`,

  `SELECT CASE contype WHEN 'f' THEN 'foreign key' ELSE 'constraint' END, quote_ident(conname) || ' ON ' || rel.name,
          'table ' || rel.name, 0, jsonb_build_object('sql', pg_get_constraintdef(k.oid))
     FROM pg_constraint k JOIN rel ON rel.oid = k.conrelid
    WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND conparentid = 0 AND conislocal`,

  `SELECT 'index', rel.name, t.kind || ' ' || t.name, 0, jsonb_strip_nulls(jsonb_build_object(
            'sql', pg_get_indexdef(i.indexrelid), 'invalid', CASE WHEN NOT i.indisvalid THEN true END))
     FROM pg_index i JOIN rel ON rel.oid = i.indexrelid JOIN rel t ON t.oid = i.indrelid
    WHERE NOT rel.relispartition
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))`,

  `SELECT kind, name, NULL, 0, jsonb_strip_nulls(jsonb_build_object(
            'sql', rtrim(pg_get_viewdef(oid), ';'), 'options', array_to_string(reloptions, ', ')))
     FROM rel WHERE relkind IN ('v', 'm')`,

  `SELECT 'trigger', quote_ident(tgname) || ' ON ' || rel.name, rel.kind || ' ' || rel.name, 0, jsonb_strip_nulls(jsonb_build_object(
            'sql', pg_get_triggerdef(g.oid),
            'firing', CASE tgenabled WHEN 'D' THEN 'DISABLE TRIGGER' WHEN 'R' THEN 'ENABLE REPLICA TRIGGER' WHEN 'A' THEN 'ENABLE ALWAYS TRIGGER' END))
     FROM pg_trigger g JOIN rel ON rel.oid = g.tgrelid WHERE NOT tgisinternal AND tgparentid = 0`,

  `SELECT 'rule', quote_ident(rulename) || ' ON ' || rel.name, rel.kind || ' ' || rel.name, 0,
          jsonb_build_object('sql', rtrim(pg_get_ruledef(r.oid), ';'))
     FROM pg_rewrite r JOIN rel ON rel.oid = r.ev_class WHERE rulename <> '_RETURN'`,

  `SELECT 'policy', quote_ident(polname) || ' ON ' || rel.name, 'table ' || rel.name, 0, jsonb_build_object('sql', concat_ws(' ',
            'AS ' || CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
            'FOR ' || CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
            'TO ' || (SELECT string_agg(label, ', ' ORDER BY label) FROM role_label WHERE oid = ANY (polroles)),
            'USING (' || pg_get_expr(polqual, polrelid) || ')', 'WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')'))
     FROM pg_policy JOIN rel ON rel.oid = polrelid`,

  `SELECT 'statistics', ns.name || '.' || quote_ident(x.stxname), 'table ' || rel.name, 0,
          jsonb_build_object('sql', pg_get_statisticsobjdef(x.oid))
     FROM pg_statistic_ext x JOIN ns ON ns.oid = x.stxnamespace JOIN rel ON rel.oid = x.stxrelid`,
];
