"""Many documents at a time: finding the pairs, comparing them with nothing lost, mining sentences.

- `names`: what a pair is called, and the file that holds its result
- `ledger`: what is planned and what is done, in one SQLite file beside the results
- `plan`: the pairs of two folders, of a table, or by what documents say
- `worker`: one pair, with the models that were loaded once
- `local`: the workers of this machine
- `cluster`: the workers of a Ray cluster
- `job`: a run: plan, work, write
- `matching`: which documents tell of the same event
- `mining`: which sentences of two collections say the same
"""
