//! The table of the module, case by case, in words: who says what, and what follows.
