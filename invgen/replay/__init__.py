"""Certificates of bases, and a second implementation that checks them from their labels alone.

Nothing here uses the generator: labels are parsed, tensors expanded, contracted and differentiated in integer
arithmetic modulo primes, and rows eliminated, by code that shares no line with the compiler half. Needs NumPy only.
"""
