-- Its indexes, made once the relationships are in.
ALTER TABLE relation_tuple
    ADD CONSTRAINT pk_relation_tuple PRIMARY KEY (namespace, object_id, relation, userset_namespace, userset_object_id,
        userset_relation, created_xid, deleted_xid),
    ADD CONSTRAINT uq_relation_tuple_living_xid UNIQUE (namespace, object_id, relation, userset_namespace,
        userset_object_id, userset_relation, deleted_xid);
CREATE INDEX ix_relation_tuple_by_subject
    ON relation_tuple (userset_object_id, userset_namespace, userset_relation, namespace, relation);
CREATE INDEX ix_relation_tuple_by_subject_relation
    ON relation_tuple (userset_namespace, userset_relation, namespace, relation);
CREATE INDEX ix_relation_tuple_alive_by_resource_rel_subject_covering
    ON relation_tuple (namespace, relation, userset_namespace)
    INCLUDE (userset_object_id, userset_relation, caveat_name, caveat_context)
    WHERE deleted_xid = '9223372036854775807'::xid8;
CREATE INDEX ix_watch_api_index ON relation_tuple (created_xid);
CREATE INDEX ix_relation_tuple_expired ON relation_tuple (expiration) WHERE expiration IS NOT NULL;
CREATE INDEX ix_gc_index ON relation_tuple (deleted_xid DESC) WHERE deleted_xid < '9223372036854775807'::xid8;
