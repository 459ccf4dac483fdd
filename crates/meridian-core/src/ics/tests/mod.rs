mod arbitrary;
mod read;
mod write;
