"""What people do: one file a question, plain tables in, one frozen result out."""
