-- The key that a link was made with, and then the sign-in that it began: it ends with its key.
ALTER TABLE visit ADD COLUMN opened_by UUID;
