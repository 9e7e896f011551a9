/** What can be owned and granted: SQL's word for it, the object that it belongs to, its owner, and its access list. */
const ownable = `(
  SELECT 'DATABASE' AS word, ':"database"' AS name, NULL::text AS within, datdba AS owner, coalesce(datacl, acldefault('d', datdba)) AS acl
    FROM pg_database WHERE datname = current_database()
  UNION ALL SELECT 'SCHEMA', name, 'schema ' || name, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM ns
  UNION ALL SELECT CASE kind WHEN 'sequence' THEN 'SEQUENCE' ELSE 'TABLE' END, name, kind || ' ' || name, relowner,
                   coalesce(relacl, acldefault(CASE kind WHEN 'sequence' THEN 's' ELSE 'r' END::"char", relowner))
    FROM rel WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
  UNION ALL SELECT CASE kind WHEN 'domain' THEN 'DOMAIN' ELSE 'TYPE' END, name, kind || ' ' || name, typowner,
                   coalesce(typacl, acldefault('T', typowner)) FROM typ
  UNION ALL SELECT 'ROUTINE', name, kind || ' ' || name, proowner, coalesce(proacl, acldefault('f', proowner)) FROM fn
)`;

const privileges = `jsonb_build_object('privileges', jsonb_agg(privilege ORDER BY privilege COLLATE "C"))`;

const option = `CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END`;

/** Who owns and may do what. Columns of each: kind, name, within, position, facts. */
export const accessSelects: readonly string[] = [
  // A sequence that belongs to a column follows its table.
  `SELECT 'owner', word || ' ' || name, within, 0, jsonb_build_object('role', label)
     FROM ${ownable} o JOIN role_label r ON r.oid = o.owner
    WHERE coalesce(within, '') <> ALL (SELECT 'sequence ' || rel.name FROM rel JOIN pg_depend d ON d.objid = rel.oid
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)`,

  // An owner may always do everything, or give it back to itself.
  `SELECT 'grant', word || ' ' || name || ' TO ' || label, within, 0, ${privileges}
     FROM (SELECT o.word, o.name, o.within, a.grantee, a.privilege_type || ${option} AS privilege
             FROM ${ownable} o, aclexplode(o.acl) a WHERE a.grantee <> o.owner
           UNION ALL
           SELECT 'TABLE', rel.name, rel.kind || ' ' || rel.name, a.grantee,
                  a.privilege_type || ' (' || quote_ident(c.attname) || ')' || ${option}
             FROM rel JOIN pg_attribute c ON c.attrelid = rel.oid, aclexplode(c.attacl) a
            WHERE NOT c.attisdropped AND a.grantee <> rel.relowner) g
     JOIN role_label r ON r.oid = g.grantee
    GROUP BY word, name, within, label`,

  `SELECT 'default privilege', name, NULL, 0, ${privileges}
     FROM (SELECT concat('FOR ROLE ', o.label, ' IN SCHEMA ' || ns.name, ' ON ', CASE defaclobjtype WHEN 'r' THEN 'TABLES'
                           WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS'
                           ELSE 'LARGE OBJECTS' END, ' TO ', g.label) AS name, a.privilege_type || ${option} AS privilege
             FROM pg_default_acl d JOIN role_label o ON o.oid = d.defaclrole LEFT JOIN ns ON ns.oid = d.defaclnamespace,
                  aclexplode(d.defaclacl) a JOIN role_label g ON g.oid = a.grantee
            WHERE a.grantee <> d.defaclrole) p
    GROUP BY name`,

  `SELECT 'setting', concat(CASE setrole WHEN 0 THEN 'DATABASE' ELSE 'ROLE ' || label || ' IN DATABASE' END,
                            ' :"database" SET ', split_part(setting, '=', 1)), NULL, 0,
          jsonb_build_object('value', substr(setting, strpos(setting, '=') + 1))
     FROM pg_db_role_setting JOIN role_label r ON r.oid = setrole, unnest(setconfig) setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,
];
