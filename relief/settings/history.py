"""History by trigger: event tables carry no index but the ones that pages ask by."""

import pghistory

PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)
PGHISTORY_CONTEXT_FIELD = pghistory.ContextForeignKey(db_index=False)
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = True
