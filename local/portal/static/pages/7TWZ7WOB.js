//# allFunctionsCalledOnLoad
import{q as a}from"./SUFCOCTF.js";import"./FBNLGWYG.js";import"./AXMTT3A5.js";import"./KWXVALNG.js";import"./P56M25LA.js";import"./LUD7FBGZ.js";import"./45GWE4C6.js";export{a as default};
